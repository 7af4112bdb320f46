/** What would run, why, at what price. */
export const View = () => <p class="quiet">…</p>;
