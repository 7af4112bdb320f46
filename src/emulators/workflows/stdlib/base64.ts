/** https://cloud.google.com/workflows/docs/reference/stdlib/base64/encode and decode. */
import { systemError } from '../errors.ts';
import { pure } from './define.ts';

export const base64 = {
  encode: pure({ data: 'string or bytes', padding: 'boolean?' }, ({ data, padding }) => {
    const text = Buffer.from(data as Uint8Array).toString('base64');
    return padding === false ? text.replace(/=+$/, '') : text;
  }),
  decode: pure({ data: 'string or bytes', padding: 'boolean?' }, ({ data, padding }) => {
    const text = typeof data === 'string' ? data : Buffer.from(data).toString('latin1');
    const padded = padding === false ? text.padEnd(Math.ceil(text.length / 4) * 4, '=') : text;
    if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(padded)) {
      throw systemError('ValueError', 'invalid base64');
    }
    return new Uint8Array(Buffer.from(padded, 'base64'));
  }),
};
