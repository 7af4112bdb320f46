/** Series against what is allowed. */
export const View = () => <p class="quiet">…</p>;
