/** Whether this Node can fence simulations in: told apart from what simulates, which few processes load. */

/**
 * Why no sandbox can be opened; undefined where one can. A process that is fenced in may watch what it runs only from Node 24.12 on:
 * https://nodejs.org/api/cli.html#--allow-inspector
 */
export const UNFENCED = process.allowedNodeEnvironmentFlags.has('--allow-inspector')
  ? undefined
  : `Node ${process.version} cannot fence simulations in; 24.12 and later can`;
