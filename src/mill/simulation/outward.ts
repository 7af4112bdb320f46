/**
 * What of Node simulated code may use: everything that is not named here is refused, whatever a later Node adds. `free` is decided by
 * its arguments alone. `looks` reads what differs from run to run, or from machine to machine: it goes on, and the code is trusted no
 * more. `refused` would be felt outside of the simulation.
 */
export type Treatment = 'free' | 'looks' | 'refused';

export interface Treated {
  readonly otherwise: Treatment;
  /** Names of members that are treated otherwise, separated by spaces. */
  readonly but?: Partial<Record<Treatment, string>>;
}

const FREE: Treated = { otherwise: 'free' };
const REFUSED: Treated = { otherwise: 'refused' };

const CRYPTO: Treated = {
  otherwise: 'looks',
  but: {
    free:
      'createHash hash Hash createHmac Hmac timingSafeEqual getHashes getCiphers getCurves getCipherInfo pbkdf2 pbkdf2Sync scrypt scryptSync ' +
      'hkdf hkdfSync createCipheriv createDecipheriv Cipheriv Decipheriv createSecretKey createPublicKey createPrivateKey KeyObject ' +
      'X509Certificate createVerify Verify verify privateDecrypt publicDecrypt',
    refused: 'setEngine setFips',
  },
};

const HTTP: Treated = {
  otherwise: 'refused',
  but: {
    free: 'Agent globalAgent IncomingMessage OutgoingMessage ServerResponse validateHeaderName validateHeaderValue',
  },
};

/** Files are read, by whatever function. Node's permissions refuse to write them, but for descriptors that are open already. */
const FS: Treated = {
  otherwise: 'refused',
  but: {
    free: '_toUnixTimestamp Stats Dirent Dir',
    looks:
      'access accessSync exists existsSync stat statSync lstat lstatSync fstat fstatSync statfs statfsSync open openSync openAsBlob opendir ' +
      'opendirSync read readSync readv readvSync readFile readFileSync readdir readdirSync readlink readlinkSync realpath realpathSync ' +
      'glob globSync createReadStream watch watchFile unwatchFile close closeSync',
  },
};

/** By name, without `node:`. */
const MODULES: Readonly<Record<string, Treated>> = {
  ...Object.fromEntries(
    (
      'assert assert/strict console constants diagnostics_channel domain events path path/posix path/win32 punycode querystring readline ' +
      'readline/promises stream stream/consumers stream/promises stream/web string_decoder url util/types zlib ' +
      '_stream_duplex _stream_passthrough _stream_readable _stream_transform _stream_wrap _stream_writable'
    )
      .split(' ')
      .map((name) => [name, FREE]),
  ),
  // A file has the time at which it was made.
  buffer: { otherwise: 'free', but: { looks: 'File' } },
  util: { otherwise: 'free', but: { looks: 'parseArgs debuglog debug' } },
  sys: { otherwise: 'free', but: { looks: 'parseArgs debuglog debug' } },
  async_hooks: { otherwise: 'looks', but: { free: 'AsyncLocalStorage AsyncResource' } },
  timers: { otherwise: 'looks', but: { free: 'setImmediate clearImmediate clearTimeout clearInterval' } },
  'timers/promises': { otherwise: 'looks', but: { free: 'setImmediate yield' } },
  perf_hooks: { otherwise: 'looks' },
  os: { otherwise: 'looks', but: { refused: 'setPriority' } },
  tty: { otherwise: 'looks' },
  crypto: CRYPTO,
  v8: {
    otherwise: 'refused',
    but: {
      free: 'serialize deserialize Serializer Deserializer DefaultSerializer DefaultDeserializer isStringOneByteRepresentation',
      looks:
        'getHeapStatistics getHeapSpaceStatistics getHeapCodeStatistics getCppHeapStatistics cachedDataVersionTag GCProfiler',
    },
  },
  fs: FS,
  'fs/promises': FS,
  // A socket may be made; it is connected to nothing.
  net: { otherwise: 'refused', but: { free: 'Socket Stream isIP isIPv4 isIPv6 BlockList SocketAddress' } },
  tls: { otherwise: 'refused', but: { free: 'TLSSocket checkServerIdentity getCiphers' } },
  http: HTTP,
  https: HTTP,
  http2: { otherwise: 'refused', but: { free: 'getDefaultSettings getPackedSettings getUnpackedSettings' } },
  worker_threads: {
    otherwise: 'refused',
    but: {
      free: 'MessageChannel MessagePort receiveMessageOnPort markAsUntransferable isMarkedAsUntransferable markAsUncloneable',
    },
  },
  vm: { otherwise: 'refused', but: { free: 'isContext' } },
  // Node's own loader is made of these functions; what they load is tapped like anything else.
  module: {
    otherwise: 'free',
    but: {
      looks: 'findPackageJSON findSourceMap getCompileCacheDir',
      refused:
        'register registerHooks syncBuiltinESMExports enableCompileCache flushCompileCache setSourceMapsSupport runMain',
    },
  },
  process: {
    otherwise: 'refused',
    but: {
      free:
        'nextTick emitWarning ref unref getBuiltinModule hasUncaughtExceptionCaptureCallback _tickCallback _fatalException ' +
        // Data: what is the same wherever Daymill runs, and what Node keeps there for itself. The environment has a tap of its own.
        'env version versions arch platform release features config exitCode domain stdout stderr finalization ' +
        'allowedNodeEnvironmentFlags sourceMapsEnabled moduleLoadList noDeprecation throwDeprecation traceDeprecation ' +
        '_exiting _events _eventsCount _maxListeners _eval _preload_modules',
      looks:
        'hrtime uptime cpuUsage threadCpuUsage resourceUsage memoryUsage constrainedMemory availableMemory cwd getuid geteuid getgid getegid ' +
        'getgroups umask getActiveResourcesInfo _getActiveHandles _getActiveRequests',
    },
  },
};

/** Loading it changes how the process works; what it has is harmless. */
const NOT_LOADED = new Set(['domain']);

/** Those whose members are to be tapped, without `node:`; first those that have a name for everybody. */
export const outwardModules = (builtins: readonly string[]): string[] =>
  builtins
    .map((name) => name.replace(/^node:/, ''))
    .filter((name) => !NOT_LOADED.has(name) && treatedIn(name) !== FREE)
    .sort((a, b) => Number(a.startsWith('_')) - Number(b.startsWith('_')));

/** Of a built-in module. */
export const treatedIn = (module: string): Treated =>
  (Object.hasOwn(MODULES, module) ? MODULES[module] : undefined) ?? REFUSED;

/** Of a member. */
export function treatmentOf({ otherwise, but = {} }: Treated, member: string): Treatment {
  for (const [treatment, members] of Object.entries(but) as [Treatment, string][])
    if (members.split(' ').includes(member)) return treatment;
  return otherwise;
}

/** Of what Node adds to the language's own globals; what they lead to is tapped where it is. */
export const GLOBALS: Treated = {
  otherwise: 'refused',
  but: {
    free:
      'console process global Buffer clearImmediate setImmediate clearInterval clearTimeout queueMicrotask structuredClone atob btoa URL ' +
      'URLSearchParams URLPattern DOMException AbortController AbortSignal Event EventTarget CustomEvent MessageEvent CloseEvent TextEncoder ' +
      'TextDecoder TransformStream TransformStreamDefaultController WritableStream WritableStreamDefaultController ' +
      'WritableStreamDefaultWriter ReadableStream ReadableStreamDefaultReader ReadableStreamBYOBReader ReadableStreamBYOBRequest ' +
      'ReadableByteStreamController ReadableStreamDefaultController ByteLengthQueuingStrategy CountQueuingStrategy TextEncoderStream ' +
      'TextDecoderStream CompressionStream DecompressionStream BroadcastChannel MessageChannel MessagePort Blob FormData Headers Request ' +
      'Response Performance PerformanceEntry PerformanceMark PerformanceMeasure PerformanceObserver PerformanceObserverEntryList ' +
      'PerformanceResourceTiming performance crypto Crypto CryptoKey SubtleCrypto Navigator navigator',
    looks: 'setTimeout setInterval fetch File WebSocket EventSource',
  },
};

/** Members of objects that come by way of globals, and of the language's own: methods, and what is behind a getter. */
export const LOOKING: Readonly<Record<string, string>> = {
  Math: 'random',
  Date: 'now',
  Atomics: 'wait waitAsync',
  AbortSignal: 'timeout',
  'Event.prototype': 'timeStamp',
  'WeakRef.prototype': 'deref',
  'Performance.prototype':
    'now timeOrigin mark measure getEntries getEntriesByName getEntriesByType toJSON eventLoopUtilization nodeTiming timerify',
  'Navigator.prototype': 'hardwareConcurrency language languages platform userAgent locks',
  'Crypto.prototype': 'getRandomValues randomUUID',
  'SubtleCrypto.prototype': 'encrypt generateKey sign wrapKey encapsulateKey encapsulateBits',
  'Temporal.Now': 'instant timeZoneId zonedDateTimeISO plainDateTimeISO plainDateISO plainTimeISO',
};
