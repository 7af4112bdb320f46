/** Which days of root data are there. */
export const View = () => <p class="quiet">…</p>;
