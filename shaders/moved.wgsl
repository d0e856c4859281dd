// Rows that are moved and flipped at random. The twin of src/run/augment.rs. Prepended to `gather.wgsl`, after `random.wgsl`.

// The stream of these random words.
const AUGMENT = 0u;

// The place along an axis of `size` elements that the element at `at` comes from: reversed with probability 1/2 if
// `flips` is 1, and at most `shift` away. Beyond an edge stands the edge.
fn from_place(at: u32, size: u32, shift: u32, place: u32, flips: u32, coin: u32) -> u32 {
    let last = i32(size) - 1;
    let is_reversed = (flips == 1u) & (below(coin, 2u) == 1u);
    let start = select(i32(at), last - i32(at), is_reversed);
    let offset = i32(below(place, 2u * shift + 1u)) - i32(shift);
    return u32(clamp(start + offset, 0, last));
}

// The element of a row that element `e` of the moved row comes from; a row is (channels, sizes).
fn from_element(e: u32, sizes: vec2<u32>, shift: vec2<u32>, flips: vec2<u32>, words: vec2<u32>) -> u32 {
    let line = e / sizes.y;
    let y = from_place(line % sizes.x, sizes.x, shift.x, random_word(words, 0u), flips.x, random_word(words, 2u));
    let x = from_place(e % sizes.y, sizes.y, shift.y, random_word(words, 1u), flips.y, random_word(words, 3u));
    return (line / sizes.x * sizes.x + y) * sizes.y + x;
}
