// The three passes of every kind of thing; each kind has its own `surface` and `Fragment`.

@fragment
fn fs_picture(fragment: Fragment) -> Seen {
    return seen(surface(fragment));
}

@fragment
fn fs_shape(fragment: Fragment) -> SeenWithShape {
    return seen_with_shape(surface(fragment));
}

@fragment
fn fs_id(fragment: Fragment) -> SeenId {
    let hit = surface(fragment);
    if hit.id == 0u {
        // Not to be picked.
        discard;
    }
    return seen_id(hit);
}
