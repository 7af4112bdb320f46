/** Every computation on every day. */
export const View = () => <p class="quiet">…</p>;
