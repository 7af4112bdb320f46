/** What was refused in collecting. */
export const View = () => <p class="quiet">…</p>;
