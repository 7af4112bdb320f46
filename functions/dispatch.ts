/** `dispatch` (HTTP): plans from a pass on, and sends the first wave that there is. `{date}` alone sends whatever can run now. */
import { http } from '@google-cloud/functions-framework';
import { DISPATCH } from '../src/http/dispatch-function.ts';
import { served } from '../src/http/json-function.ts';

http('dispatch', served(DISPATCH));
