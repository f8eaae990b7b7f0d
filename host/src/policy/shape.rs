//! What a component is made of, looked at before anything is compiled.
//!
//! A compiler takes far longer than its input grows: a quarter of a megabyte of nested components took gigabytes of memory,
//! a function with thousands of variables took minutes. So whatever no policy has is refused first.

use thiserror::Error;
use wasmparser::{Parser, Payload};

/// Components within components. Tools put one level around what is exported.
const DEPTH_MAX: usize = 4;
/// Components and core modules together: a policy has three modules and two components.
const PARTS_MAX: usize = 32;
/// Functions of all modules together: a policy with an engine for JavaScript has 13,000.
const FUNCTIONS_MAX: usize = 100_000;
/// Bytes of a function: the largest one of that engine has 172,000.
const FUNCTION_BYTES_MAX: usize = 500_000;
/// Variables of a function: the largest number there is 118.
const LOCALS_MAX: u64 = 2_000;
/// Bytes times variables, with which the time for a function grows: the largest product there is 9 million.
const FUNCTION_WORK_MAX: u64 = 50_000_000;

/// What no policy has, and no compiler should be made to look at.
#[derive(Debug, Error)]
pub enum Unreasonable {
    #[error("it cannot be read")]
    Broken(#[from] wasmparser::BinaryReaderError),
    #[error("components stand within components more than {DEPTH_MAX} deep")]
    Deep,
    #[error("it is made of more than {PARTS_MAX} components and modules")]
    Parts,
    #[error("it has more than {FUNCTIONS_MAX} functions")]
    Functions,
    #[error("a function has {size} bytes and {locals} variables, more than the compiler can handle in good time")]
    Function { size: usize, locals: u64 },
}

/// # Errors
/// When a part is larger, deeper or more frequent than in any policy.
pub fn check(bytes: &[u8]) -> Result<(), Unreasonable> {
    let (mut depth, mut parts, mut functions) = (0_usize, 0_usize, 0_usize);
    for payload in Parser::new(0).parse_all(bytes) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => {
                (depth, parts) = (depth + 1, parts + 1);
                if depth > DEPTH_MAX {
                    return Err(Unreasonable::Deep);
                }
                if parts > PARTS_MAX {
                    return Err(Unreasonable::Parts);
                }
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::CodeSectionEntry(body) => {
                functions += 1;
                if functions > FUNCTIONS_MAX {
                    return Err(Unreasonable::Functions);
                }
                let mut locals = 0_u64;
                for group in body.get_locals_reader()? {
                    locals += u64::from(group?.0);
                }
                let size = body.range().len();
                let work = (size as u64).saturating_mul(locals);
                if size > FUNCTION_BYTES_MAX || locals > LOCALS_MAX || work > FUNCTION_WORK_MAX {
                    return Err(Unreasonable::Function { size, locals });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `length`, in the format's own way of writing numbers.
    fn leb(mut length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        loop {
            let low = u8::try_from(length & 0x7f).unwrap();
            length >>= 7;
            if length == 0 {
                bytes.push(low);
                return bytes;
            }
            bytes.push(low | 0x80);
        }
    }

    fn section(id: u8, contents: &[u8]) -> Vec<u8> {
        [&[id][..], &leb(contents.len()), contents].concat()
    }

    fn component(sections: &[u8]) -> Vec<u8> {
        [b"\0asm\x0d\0\x01\0", sections].concat()
    }

    /// A component with one module with these functions: variables and instructions that do nothing.
    fn with_functions(functions: &[(usize, usize)]) -> Vec<u8> {
        let mut code = leb(functions.len());
        for &(locals, size) in functions {
            let body = [&[1][..], &leb(locals), &[0x7f], &vec![0x01; size], &[0x0b]].concat();
            code.extend(leb(body.len()));
            code.extend(body);
        }
        let types = section(1, &[1, 0x60, 0, 0]);
        let declared = section(3, &[leb(functions.len()), vec![0; functions.len()]].concat());
        component(&section(1, &[b"\0asm\x01\0\0\0".to_vec(), types, declared, section(10, &code)].concat()))
    }

    fn nested(depth: usize) -> Vec<u8> {
        (0..depth).fold(component(&[]), |inner, _| component(&section(4, &inner)))
    }

    #[test]
    fn what_no_policy_has_is_refused_before_it_is_compiled() {
        assert!(check(&nested(DEPTH_MAX)).is_ok());
        assert!(matches!(check(&nested(DEPTH_MAX + 1)), Err(Unreasonable::Deep)));
        assert!(matches!(check(&nested(10_000)), Err(Unreasonable::Deep)));
        let beside = |count: usize| component(&section(4, &component(&[])).repeat(count));
        assert!(check(&beside(PARTS_MAX)).is_ok());
        assert!(matches!(check(&beside(PARTS_MAX + 1)), Err(Unreasonable::Parts)));
        assert!(check(&with_functions(&[(100, 400_000), (2000, 20_000)])).is_ok());
        for function in [(1, FUNCTION_BYTES_MAX), (2001, 10), (1900, 100_000)] {
            let refused = check(&with_functions(&[(1, 1), function]));
            assert!(matches!(refused, Err(Unreasonable::Function { .. })), "{function:?}: {refused:?}");
        }
        assert!(matches!(check(&with_functions(&vec![(1, 1); FUNCTIONS_MAX + 1])), Err(Unreasonable::Functions)));
        assert!(matches!(check(b"\0asm\x0d\0\x01\0\x04\xff"), Err(Unreasonable::Broken(_))));
    }
}
