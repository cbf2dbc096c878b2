//! What each attribute becomes, held against the files in `snapshots/`: above the line what the user writes, below it
//! what the compiler sees. `UPDATE_SNAPSHOTS=1 cargo test -p auth-macros` writes them anew.

use std::fs;
use std::path::Path;

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, DeriveInput, Item};

use crate::expand;
use crate::model::Attr;

const LINE: &str = "\n// becomes\n\n";

#[test]
fn every_attribute_expands_as_its_snapshot_shows() {
    let mut changed = Vec::new();
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let (input, before) = text.split_once(LINE).unwrap_or((text.trim_end(), ""));
        let now = pretty(expand_file(input));
        if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
            fs::write(&path, format!("{}\n{LINE}{now}", input.trim_end())).unwrap();
        } else if before != now {
            changed.push(format!("{}\n\n{now}", path.display()));
        }
    }
    assert!(changed.is_empty(), "these expansions changed:\n\n{}", changed.join("\n"));
}

fn expand_file(input: &str) -> TokenStream {
    match syn::parse_str::<Item>(input).unwrap() {
        Item::Enum(item) => {
            let input: DeriveInput = syn::parse2(item.into_token_stream()).unwrap();
            expand::derive(input.into_token_stream())
        }
        Item::Macro(item) => expand::guard(item.mac.tokens),
        item => attribute(item.into_token_stream()),
    }
}

/// Does what rustc does: calls the topmost attribute of ours with the rest of the item.
fn attribute(item: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_outer)?, input.parse::<TokenStream>()?));
    let (mut attrs, rest) = parser.parse2(item).unwrap();
    let topmost = attrs.iter().position(|attr| Attr::inner(attr).is_some()).unwrap();
    let attr = attrs.remove(topmost);
    let Attr { word, args, .. } = Attr::inner(&attr).unwrap().unwrap();
    expand::attribute(word, args, quote!(#(#attrs)* #rest))
}

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}
