//! A library that stands in for another: it has the same functions, and each answers nothing; its
//! variables are zero.
//!
//! ```text
//! 0        header, four program headers, symbols, hash table, names, the one function   read, execute
//! 64 KiB+  dynamic section, which the loader writes into; zeros for variables           read, write
//! ```

use super::{offered, read};

/// A library with `original`'s machine, the name `soname`, and its C functions and variables.
///
/// `None` if `original` is no library for a known machine.
pub(crate) fn stand_in(original: &[u8], soname: &str) -> Option<Vec<u8>> {
    let machine = read(original)?.machine;
    let code: &[u8] = match machine {
        62 => &[0x31, 0xc0, 0xc3],                                // xor eax, eax; ret
        183 => &[0x00, 0x00, 0x80, 0xd2, 0xc0, 0x03, 0x5f, 0xd6], // mov x0, 0; ret
        _ => return None,
    };
    let symbols = offered(original)?;
    let count = symbols.len() + 1;

    let symbols_at = HEADER + 4 * PROGRAM_HEADER;
    let hash_at = symbols_at + count * SYMBOL;
    let strings_at = hash_at + 4 * (2 + 1 + count);
    let mut strings = vec![0];
    let mut text = |name: &str| {
        let at = strings.len();
        strings.extend(name.as_bytes());
        strings.push(0);
        at
    };
    let soname_at = text(soname);
    let name_offsets: Vec<usize> = symbols.iter().map(|symbol| text(&symbol.name)).collect();
    let code_at = (strings_at + strings.len()).next_multiple_of(16);
    let end = code_at + code.len();
    let dynamic_at = end.next_multiple_of(16);
    // Congruent modulo the largest page, and on pages of its own.
    let dynamic_address = dynamic_at + PAGE;

    let mut library = Vec::new();
    library.extend(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    halves(&mut library, &[3, machine]);
    words(&mut library, &[1]);
    longs(&mut library, &[0, HEADER, 0]);
    words(&mut library, &[0]);
    halves(&mut library, &[64, 56, 4, 64, 0, 0]);

    let dynamic_length = 16 * 7;
    let zeros_address = dynamic_address + dynamic_length;
    program_header(&mut library, [1, 5], [0, 0, end, PAGE]);
    program_header(&mut library, [1, 6], [dynamic_at, dynamic_address, dynamic_length + ZEROS, PAGE]);
    program_header(&mut library, [2, 6], [dynamic_at, dynamic_address, dynamic_length, 8]);
    // Without it the loader makes the stack executable.
    program_header(&mut library, [GNU_STACK, 6], [0, 0, 0, 16]);

    library.resize(symbols_at + SYMBOL, 0);
    for (symbol, offset) in symbols.iter().zip(&name_offsets) {
        words(&mut library, &[u32::try_from(*offset).ok()?]);
        // Global, and a function or a variable.
        let (info, address) = if symbol.is_function { (0x12, code_at) } else { (0x11, zeros_address) };
        library.extend([info, 0]);
        halves(&mut library, &[1]);
        longs(&mut library, &[address, 8]);
    }
    // One bucket, in which every symbol leads to the next.
    let last = u32::try_from(count).ok()?;
    words(&mut library, &[1, last, u32::from(last > 1)]);
    words(&mut library, &[0]);
    for index in 1..last {
        words(&mut library, &[if index + 1 < last { index + 1 } else { 0 }]);
    }
    library.extend(&strings);
    library.resize(code_at, 0);
    library.extend(code);
    library.resize(dynamic_at, 0);
    let dynamic = [
        (14, soname_at),
        (4, hash_at),
        (5, strings_at),
        (6, symbols_at),
        (10, strings.len()),
        (11, SYMBOL),
        (0, 0),
    ];
    for (tag, value) in dynamic {
        longs(&mut library, &[tag, value]);
    }
    library.resize(library.len() + ZEROS, 0);
    Some(library)
}

/// `[kind, flags]`, `[offset, address, length, alignment]`.
fn program_header(library: &mut Vec<u8>, [kind, flags]: [u32; 2], place: [usize; 4]) {
    let [offset, address, length, alignment] = place;
    words(library, &[kind, flags]);
    longs(library, &[offset, address, address, length, length, alignment]);
}

fn halves(library: &mut Vec<u8>, numbers: &[u16]) {
    for number in numbers {
        library.extend(number.to_le_bytes());
    }
}

fn words(library: &mut Vec<u8>, numbers: &[u32]) {
    for number in numbers {
        library.extend(number.to_le_bytes());
    }
}

fn longs(library: &mut Vec<u8>, numbers: &[usize]) {
    for number in numbers {
        library.extend((*number as u64).to_le_bytes());
    }
}

/// As much as a variable may have that anybody looks at.
const ZEROS: usize = 256;

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const SYMBOL: usize = 24;
/// arm64 has pages of up to 64 KiB.
const PAGE: usize = 0x1_0000;
const GNU_STACK: u32 = 0x6474_e551;
