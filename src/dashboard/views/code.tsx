/** Versions of code, and what was proven of them. */
export const View = () => <p class="quiet">…</p>;
