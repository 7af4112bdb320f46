/** How a function's process knows that it is called by way of its service, and by nobody else of this machine. */

export const TOKEN_HEADER = 'x-daymill-token';

/** The process is told so what the header must say. */
export const TOKEN_VARIABLE = 'DAYMILL_FUNCTION_TOKEN';

/** What the gateway, which judges where a browser's request comes from, says of one of our own page: on its way it looks like a program's. */
export const OWN_PAGE_HEADER = 'x-daymill-own-page';
