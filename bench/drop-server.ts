/** What any server does at least: reads requests on a bare `node:http`, decodes them, and drops them. A process of the bench's own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';
import { MetricItem } from '../src/meter/formats/json/item.ts';
import { readOtlp } from '../src/meter/formats/otlp/read.ts';
import { readRemoteWrite } from '../src/meter/formats/remote-write/read.ts';
import { Samples } from '../src/meter/model/samples.ts';
import { ByteResolver } from './byte-resolver.ts';

const Items = z.array(MetricItem);
const resolver = new ByteResolver();

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    const type = request.headers['content-type'] ?? '';
    if (type === 'application/json') Items.parse(JSON.parse(body.toString()));
    else if (request.headers['content-encoding'] === 'snappy')
      readRemoteWrite(body, resolver, new Samples(), type.includes('v2') ? '2.0' : '1.0');
    else readOtlp(body, resolver, new Samples(), 'protobuf');
    response.writeHead(204).end();
  });
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
