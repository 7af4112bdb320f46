/** One cell: how it stands and why. */
export const View = () => <p class="quiet">…</p>;
