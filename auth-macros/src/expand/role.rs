//! The impls of a role or permission enum.

use proc_macro2::TokenStream;
use quote::{ToTokens as _, quote};
use syn::DeriveInput;

use super::span::as_ours;
use crate::diagnostics::Errors;
use crate::paths::{in_crate, private};
use crate::role::{EnumKind, Role, RoleEnum, parse};

pub(crate) fn derive(kind: EnumKind, input: TokenStream) -> TokenStream {
    let (output, errors) = Errors::collect(|errors| {
        let input = errors.keep(syn::parse2::<DeriveInput>(input))?;
        let role = parse(kind, input, errors)?;
        Some(in_crate(role.auth_core.clone(), || {
            let of_kind = match kind {
                EnumKind::Role => [inherent(&role), role_trait(&role)],
                EnumKind::Permission => [permission(&role), permission_trait(&role)],
            };
            let impls = of_kind.into_iter().chain([text(kind, &role), serde(kind, &role)]);
            quote!(#(#impls)*)
        }))
    });
    quote!(#output #errors)
}

/// The functions that attributes call in constants. Inherent, because constants cannot call trait methods, and as
/// visible as the enum.
fn inherent(RoleEnum { vis, ident, roles, .. }: &RoleEnum) -> TokenStream {
    let (private, vis) = (private(), as_ours(vis.to_token_stream()));
    let variants: Vec<_> = roles.iter().map(|role| &role.variant).collect();
    let names = roles.iter().map(|role| &role.name);
    let granted_by = roles.iter().map(|Role { granted_by, .. }| quote!(&[#(#granted_by),*]));
    quote! {
        impl #ident {
            const fn __name(&self) -> &'static #private::core::primitive::str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }
            const fn __granted_by(&self) -> &'static [&'static #private::core::primitive::str] {
                match self {
                    #(Self::#variants => #granted_by,)*
                }
            }
            #[doc(hidden)]
            #vis const fn __requirement(&self) -> #private::Requirement {
                #private::Requirement::role(self.__name(), self.__granted_by())
            }
        }
    }
}

fn permission(RoleEnum { vis, ident, roles, .. }: &RoleEnum) -> TokenStream {
    let (private, vis) = (private(), as_ours(vis.to_token_stream()));
    let variants = roles.iter().map(|permission| &permission.variant);
    let names = roles.iter().map(|permission| &permission.name);
    quote! {
        impl #ident {
            const fn __name(&self) -> &'static #private::core::primitive::str {
                match self {
                    #(Self::#variants => #names,)*
                }
            }
            #[doc(hidden)]
            #vis const fn __requirement(&self) -> #private::Requirement {
                #private::Requirement::permission(self.__name())
            }
        }
    }
}

fn permission_trait(RoleEnum { ident, roles, .. }: &RoleEnum) -> TokenStream {
    let private = private();
    let variants = roles.iter().map(|permission| &permission.variant);
    quote! {
        #[automatically_derived]
        impl #private::Permission for #ident {
            const ALL: &'static [Self] = &[#(Self::#variants),*];
            fn name(self) -> &'static #private::core::primitive::str {
                self.__name()
            }
        }
    }
}

fn role_trait(RoleEnum { ident, roles, .. }: &RoleEnum) -> TokenStream {
    let private = private();
    let variants = roles.iter().map(|role| &role.variant);
    let str = quote!(#private::core::primitive::str);
    quote! {
        #[automatically_derived]
        impl #private::Role for #ident {
            const ALL: &'static [Self] = &[#(Self::#variants),*];
            fn name(self) -> &'static #str {
                self.__name()
            }
            fn granted_by(self) -> &'static [&'static #str] {
                self.__granted_by()
            }
        }
    }
}

fn text(kind: EnumKind, RoleEnum { ident, roles, .. }: &RoleEnum) -> TokenStream {
    let private = private();
    let unknown = match kind {
        EnumKind::Role => quote!(#private::UnknownRole),
        EnumKind::Permission => quote!(#private::UnknownPermission),
    };
    let core = quote!(#private::core);
    let variants = roles.iter().map(|role| &role.variant);
    let names: Vec<_> = roles.iter().map(|role| &role.name).collect();
    quote! {
        #[automatically_derived]
        impl #core::fmt::Display for #ident {
            fn fmt(&self, f: &mut #core::fmt::Formatter<'_>) -> #core::fmt::Result {
                f.pad(self.__name())
            }
        }
        #[automatically_derived]
        impl #core::str::FromStr for #ident {
            type Err = #unknown;
            fn from_str(name: &#core::primitive::str) -> #core::result::Result<Self, #unknown> {
                match name {
                    #(#names => #core::result::Result::Ok(Self::#variants),)*
                    _ => #core::result::Result::Err(#unknown::new(name, &[#(#names),*])),
                }
            }
        }
    }
}

fn serde(kind: EnumKind, RoleEnum { ident, .. }: &RoleEnum) -> TokenStream {
    let private = private();
    let deserialize = match kind {
        EnumKind::Role => quote!(deserialize_role),
        EnumKind::Permission => quote!(deserialize_permission),
    };
    let serde = quote!(#private::serde);
    let result = quote!(#private::core::result::Result);
    quote! {
        #[automatically_derived]
        impl #serde::Serialize for #ident {
            fn serialize<S: #serde::Serializer>(&self, serializer: S) -> #result<S::Ok, S::Error> {
                serializer.serialize_str(self.__name())
            }
        }
        #[automatically_derived]
        impl<'de> #serde::Deserialize<'de> for #ident {
            fn deserialize<D: #serde::Deserializer<'de>>(deserializer: D) -> #result<Self, D::Error> {
                #private::#deserialize(deserializer)
            }
        }
    }
}
