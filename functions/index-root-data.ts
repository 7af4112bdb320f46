/** `index` (HTTP): writes down which root data is there. Named for what it does, so that it is not taken for the package's entry. */
import { http } from '@google-cloud/functions-framework';
import { INDEX } from '../src/http/index-function.ts';
import { served } from '../src/http/json-function.ts';

http('index', served(INDEX));
