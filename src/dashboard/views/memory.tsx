/** What tasks took, and their tiers. */
export const View = () => <p class="quiet">…</p>;
