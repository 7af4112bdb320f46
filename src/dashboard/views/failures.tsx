/** Failures by error. */
export const View = () => <p class="quiet">…</p>;
