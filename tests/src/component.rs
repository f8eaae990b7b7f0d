//! Components made on the spot: what a hostile author could put together by hand.

use wit_component::{ComponentEncoder, StringEncoding, dummy_module, embed_component_metadata};
use wit_parser::{LiftLowerAbi, ManglingAndAbi, Resolve};

const CONTRACT_TEXT: &str = include_str!("../../wit/v1/policy.wit");

/// The contract as text, to be changed by a test.
pub fn contract_text() -> String {
    CONTRACT_TEXT.to_owned()
}

/// A component that exports the world `plain` of `wit` and traps in every function. `core` is put into its core
/// module, in the text format.
pub fn trapping(wit: &str, core: &str) -> Vec<u8> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("policy.wit", wit).expect("the WIT text can be read");
    let world = resolve.select_world(&[package], Some("plain")).expect("the world is there");
    let dummy = dummy_module(&resolve, world, ManglingAndAbi::Legacy(LiftLowerAbi::Sync));
    let mut module = if core.is_empty() { dummy } else { with_core(&dummy, core) };
    embed_component_metadata(&mut module, &resolve, world, StringEncoding::UTF8, false)
        .expect("the metadata can be embedded");
    let component = ComponentEncoder::default().validate(true).module(&module).and_then(ComponentEncoder::encode);
    component.unwrap_or_else(|error| panic!("the module cannot be made a component: {error:?}"))
}

/// `core` put before the end of a module.
fn with_core(module: &[u8], core: &str) -> Vec<u8> {
    let text = wasmprinter::print_bytes(module).expect("a module can be printed");
    let end = text.rfind(')').expect("a module ends with a parenthesis");
    let text = format!("{}{core})", &text[..end]);
    wat::parse_str(&text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}
