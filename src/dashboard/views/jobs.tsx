/** What is due, and what people did. */
export const View = () => <p class="quiet">…</p>;
