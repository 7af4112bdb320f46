/** What is wrong with the page as a whole: a connection that was lost, a sign-in that ran out, a server with another page. */
import { connection } from '../data/answer.ts';
import { project } from '../data/project.ts';

declare const __BUILD__: string;

export function Banner() {
  if (connection.value === 'signed-out')
    return (
      <p class="banner" role="alert">
        Your sign-in has run out.{' '}
        <button type="button" onClick={() => location.reload()}>
          Sign in again
        </button>{' '}
        What is shown is what was known before.
      </p>
    );
  if (connection.value === 'lost')
    return (
      <p class="banner" role="alert">
        Daymill does not answer. What is shown is what was known before; it is asked again every few seconds.
      </p>
    );
  const served = project.value?.page;
  if (served !== undefined && served !== '' && served !== __BUILD__)
    return (
      <p class="banner" role="status">
        The server has another version of this page.{' '}
        <button type="button" onClick={() => location.reload()}>
          Reload
        </button>
      </p>
    );
  return null;
}
