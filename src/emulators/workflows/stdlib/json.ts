/** https://cloud.google.com/workflows/docs/reference/stdlib/json/decode and its neighbours. */
import { systemError } from '../errors.ts';
import { fromJson, toJson } from '../value.ts';
import type { Value } from '../value.ts';
import { pure } from './define.ts';
import { decodeText } from './text.ts';

export const json = {
  decode: pure({ data: 'string or bytes' }, ({ data }) => {
    try {
      return fromJson(typeof data === 'string' ? data : decodeText(data, undefined));
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw systemError('ValueError', `invalid JSON: ${error.message}`);
    }
  }),
  encode: pure({ data: 'any' }, ({ data }) => new TextEncoder().encode(encodeJson(data))),
  encode_to_string: pure({ data: 'any' }, ({ data }) => encodeJson(data)),
};

/** @throws {Raised} TypeError for what JSON cannot hold. */
export function encodeJson(value: Value): string {
  try {
    return toJson(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw systemError('TypeError', error.message);
  }
}
