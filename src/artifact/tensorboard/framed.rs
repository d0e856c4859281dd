//! A message between its length and its checksums: a TFRecord, of which event files are made.

use crc::{CRC_32_ISCSI, Crc};

/// CRC32C, as in appendix B.4 of RFC 3720; the CRC32 of ZIP files has another polynomial.
static CRC32C: Crc<u32> = Crc::<u32>::new(&CRC_32_ISCSI);

/// The bytes of a message in a file: its length, the length's checksum, the message, and its checksum.
pub(super) fn framed(message: &[u8]) -> Vec<u8> {
    let length = (message.len() as u64).to_le_bytes();
    let parts: [&[u8]; 4] = [&length, &masked(&length), message, &masked(message)];
    parts.concat()
}

/// The checksum, changed so that the sum over bytes that hold sums still means something.
fn masked(bytes: &[u8]) -> [u8; 4] {
    const MASK: u32 = 0xa282_ead8;
    CRC32C.checksum(bytes).rotate_right(15).wrapping_add(MASK).to_le_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_rfc_3720() {
        let ascending: Vec<u8> = (0..32).collect();
        let descending: Vec<u8> = (0..32).rev().collect();
        let mut read_command = [0; 48];
        read_command[..2].copy_from_slice(&[0x01, 0xc0]);
        read_command[16] = 0x14;
        read_command[22] = 0x04;
        read_command[27] = 0x14;
        read_command[31] = 0x18;
        read_command[32] = 0x28;
        read_command[40] = 0x02;
        for (bytes, checksum) in [
            (&[0; 32][..], 0x8a91_36aa),
            (&[0xff; 32], 0x62a8_ab43),
            (&ascending, 0x46dd_794e),
            (&descending, 0x113f_db5c),
            (&read_command, 0xd996_3a56),
        ] {
            assert_eq!(CRC32C.checksum(bytes), checksum, "{bytes:02x?}");
        }
    }

    /// The checksums are of a bit-by-bit program in Python, whose first is that with which every event file of
    /// TensorFlow begins.
    #[test]
    fn a_message_stands_between_its_length_and_its_checksum() {
        let message = b"\t\0\0\0\0\0\0\0\0\x1a\rbrain.Event:2";
        let mut bytes = vec![24, 0, 0, 0, 0, 0, 0, 0, 0xa3, 0x7f, 0x4b, 0x22];
        bytes.extend(message);
        bytes.extend([0xee, 0xdf, 0x28, 0xa3]);
        assert_eq!(framed(message), bytes);
    }
}
