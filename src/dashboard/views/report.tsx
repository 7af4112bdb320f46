/** Each day, adding up. */
export const View = () => <p class="quiet">…</p>;
