/** One dispatch over time. */
export const View = () => <p class="quiet">…</p>;
