/** Who reads whom. */
export const View = () => <p class="quiet">…</p>;
