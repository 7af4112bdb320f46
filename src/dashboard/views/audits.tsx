/** Skips that were checked. */
export const View = () => <p class="quiet">…</p>;
