/** Events by user and team. */
export const View = () => <p class="quiet">…</p>;
