/** PromQL. */
export const View = () => <p class="quiet">…</p>;
