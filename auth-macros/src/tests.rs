//! The expansion of each attribute, compared with the files in `snapshots/`: the input above the line, the output below
//! it. `UPDATE_SNAPSHOTS=1 cargo test -p auth-macros` rewrites them.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::parse::{ParseStream, Parser as _};
use syn::{Attribute, DeriveInput, Item, Token};

use crate::args::AttrKind;
use crate::expand;
use crate::model::{Attr, Handler};
use crate::role::EnumKind;

const LINE: &str = "\n// becomes\n\n";

#[test]
fn every_attribute_expands_as_its_snapshot_shows() {
    let mut changed = Vec::new();
    for entry in fs::read_dir(snapshots()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "rs") {
            continue;
        }
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

fn snapshots() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("snapshots")
}

/// The requirement of each word of `#[require(..)]`, and of some attributes: pairs of lines in `snapshots/words.txt`,
/// without the path at the beginning of every name. The rest of the expansion is in the other snapshots.
#[test]
fn every_word_becomes_the_requirement_that_its_snapshot_shows() {
    let path = snapshots().join("words.txt");
    let text = fs::read_to_string(&path).unwrap();
    let words = text.lines().filter(|line| line.starts_with('#'));
    let now: Vec<_> = words.map(|attribute| format!("{attribute}\n    {}\n", requirement(attribute))).collect();
    let now = now.concat();
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &now).unwrap();
    } else {
        assert_eq!(text, now);
    }
}

/// The requirement of a handler with this attribute.
fn requirement(attribute: &str) -> String {
    let expanded: syn::File = syn::parse2(expand_file(&format!("{attribute} async fn handler() {{}}"))).unwrap();
    let mut items = expanded.items.into_iter();
    let Some(Item::Macro(policy)) = items.find(|item| matches!(item, Item::Macro(_))) else { panic!("no policy") };
    let parser = |input: ParseStream<'_>| {
        input.parse::<syn::Ident>()?;
        input.parse::<Token![,]>()?;
        input.parse::<syn::LitStr>()?;
        input.parse::<Token![,]>()?;
        let requirement = input.parse::<syn::Expr>()?;
        input.parse::<TokenStream>()?;
        Ok(requirement)
    };
    let requirement = parser.parse2(policy.mac.tokens).unwrap();
    let requirement = quote!(const REQUIREMENT: Requirement = #requirement;);
    let requirement = pretty(requirement).replace("::auth_core::__private::", "").replace("Requirement::", "");
    let line = requirement.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = ["( ", "[ "].iter().fold(line, |line, open| line.replace(open, open.trim_end()));
    let line = [", )", ", ]"].iter().fold(line, |line, close| line.replace(close, close.trim_start_matches(", ")));
    line.trim_start_matches("const REQUIREMENT: Requirement = ").to_owned()
}

fn expand_file(input: &str) -> TokenStream {
    match syn::parse_str::<Item>(input).unwrap() {
        Item::Enum(item) => {
            let input: DeriveInput = syn::parse2(item.into_token_stream()).unwrap();
            let is_permission =
                input.attrs.iter().any(|attr| attr.to_token_stream().to_string().contains("Permission"));
            let kind = if is_permission { EnumKind::Permission } else { EnumKind::Role };
            expand::derive(kind, input.into_token_stream())
        }
        Item::Macro(item) => expand::guard(item.mac.tokens),
        item => attribute(item.into_token_stream()),
    }
}

/// Calls the topmost attribute of ours with the rest of the item, as rustc does.
fn attribute(item: TokenStream) -> TokenStream {
    let parser = |input: ParseStream<'_>| Ok((input.call(Attribute::parse_outer)?, input.parse::<TokenStream>()?));
    let (mut attrs, rest) = parser.parse2(item).unwrap();
    let topmost = attrs.iter().position(|attr| Attr::inner(attr).is_some()).unwrap();
    let attr = attrs.remove(topmost);
    let Attr { kind, args, .. } = Attr::inner(&attr).unwrap().unwrap();
    expand::attribute(kind, args, quote!(#(#attrs)* #rest))
}

fn pretty(tokens: TokenStream) -> String {
    prettyplease::unparse(&syn::parse2(tokens).unwrap())
}

/// Incomplete input: the attribute, its arguments, the item below.
const INCOMPLETE: [(AttrKind, &str, &str); 10] = [
    (AttrKind::RequireRole, "Adm", "async fn edit(id: Path<u32>) { let user = find(id). }"),
    (AttrKind::RequireRole, "Admin, ", "async fn edit() { users. }"),
    (AttrKind::RequireRole, "Role::", "async fn edit() { users.find() }"),
    (AttrKind::RequireRole, "all(Admin, not())", "async fn edit() { users. }"),
    (AttrKind::Require, "any(auth, scope())", "async fn edit() { users.find( ) . }"),
    (AttrKind::RequireScope, "reports", "pub(crate) async fn edit<T: Clone>() -> T where T: Send { users. }"),
    (AttrKind::Authorize, "user.", "async fn edit(user: User) { users. }"),
    (AttrKind::ApiKey, "scope = ", "async fn edit() { if users. { } }"),
    (AttrKind::RequireAuth, "", "async fn edit(id: , name: ) { users. }"),
    (AttrKind::RequireAuth, "opt", "mod office { async fn edit() { users. } async fn }"),
];

/// Editors complete in the expansion, so the item must be in it despite errors.
#[test]
fn incomplete_input_stays_in_the_expansion() {
    for (word, args, item) in INCOMPLETE {
        let item: TokenStream = item.parse().unwrap();
        let body = item.clone().into_iter().last().unwrap().to_string();
        let expanded = expand::attribute(word, args.parse().unwrap(), item).to_string();
        assert!(expanded.contains("fn edit"), "#[{word}({args})] lost the handler: {expanded}");
        assert!(expanded.contains(&body), "#[{word}({args})] lost {body}: {expanded}");
    }
}

/// The item comes first, because editors map a position to its first occurrence; then the errors.
#[test]
fn errors_follow_the_item() {
    for (word, args, item) in INCOMPLETE.into_iter().filter(|(_, args, _)| !matches!(*args, "Adm" | "Admin, ")) {
        let expanded = expand::attribute(word, args.parse().unwrap(), item.parse().unwrap()).to_string();
        let (item, error) = (expanded.find("edit"), expanded.find("compile_error"));
        assert!(error.is_some(), "#[{word}({args})] says nothing: {expanded}");
        assert!(item < error, "#[{word}({args})] puts the error first: {expanded}");
    }
}

#[test]
fn an_incomplete_policy_is_still_declared() {
    for input in ["pub Staff = rol", "pub Staff = all()", "pub Staff = any(auth, mf)"] {
        let expanded = expand::guard(input.parse().unwrap()).to_string();
        assert!(expanded.contains("enum Staff"), "guard!({input}) lost the policy: {expanded}");
        assert!(expanded.contains("compile_error"), "guard!({input}) says nothing: {expanded}");
    }
}

/// Functions, and the number of their parameters.
const SIGNATURES: [(&str, usize); 10] = [
    ("async fn edit() {}", 0),
    ("pub(in crate::a) async fn edit(id: Path<u32>,) -> String {}", 1),
    ("async fn edit(Query(by): Query<HashMap<String, Vec<u8>>>, body: String) -> Result<A, B> {}", 2),
    ("async fn edit<F: Fn(u32, u32) -> bool, const N: usize>(f: State<F>, by: State<[u8; N]>) {}", 2),
    ("async fn edit(f: State<fn(u32, u32) -> bool>, Path((a, b)): Path<(u32, u32)>) {}", 2),
    ("async fn edit(crate::http::Json(a): crate::http::Json<A>, mut b: B) {}", 2),
    ("async fn edit<T>(a: State<T>) -> impl Iterator<Item = T> where T: Fn(u8) -> u8 {}", 1),
    ("async fn edit(#[cfg(unix)] a: A, B { b, .. }: B) {}", 2),
    ("async fn edit(&self, a: A) {}", 2),
    ("async fn edit(self: Arc<Self>) -> <Self as Of<A, B>>::C {}", 1),
];

#[test]
fn a_signature_is_split_and_printed_unchanged() {
    for (text, parameters) in SIGNATURES {
        let item: TokenStream = text.parse().unwrap();
        let handler = Handler::read(item.clone()).unwrap();
        assert_eq!(handler.sig.inputs.len(), parameters, "{text}");
        assert_eq!(handler.sig.receiver().is_some(), text.contains("self"), "{text}");
        let words = |tokens: TokenStream| tokens.to_string().replace(' ', "");
        assert_eq!(words(handler.into_token_stream()), words(item));
    }
}
