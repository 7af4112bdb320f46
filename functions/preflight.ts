/** `preflight` (HTTP): simulates code that the registry does not know, and registers what that proves; see `PreflightOptions`. */
import { http } from '@google-cloud/functions-framework';
import { PREFLIGHT } from '../src/http/preflight-function.ts';
import { served } from '../src/http/json-function.ts';

http('preflight', served(PREFLIGHT));
