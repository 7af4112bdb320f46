/** Components that are alive. */
export const View = () => <p class="quiet">…</p>;
