/** Tasks that were given up. */
export const View = () => <p class="quiet">…</p>;
