/** The page: everything that it shows is asked of /api, everything that it is asked for stands in its URL. */
import { render } from 'preact';
import { App } from './shell/app.tsx';
import { listenForKeys } from './shell/keys.ts';
import { followLinks } from './shell/location.ts';
import { followTheme } from './shell/theme.ts';
import './styles.css';

followTheme();
followLinks();
listenForKeys();
const place = document.querySelector('#page');
if (place !== null) render(<App />, place);
