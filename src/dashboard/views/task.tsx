/** One task, its attempts and memory. */
export const View = () => <p class="quiet">…</p>;
