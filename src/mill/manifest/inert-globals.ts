/** What of the language can be called or constructed while a module is loaded without doing anything, given inert arguments. */

/** Constructors whose arguments, when they are primitive values, are only looked at. */
export const INERT_CONSTRUCTORS = new Set(
  (
    'Array ArrayBuffer BigInt64Array BigUint64Array DataView Date Error EvalError Float32Array Float64Array Int16Array Int32Array ' +
    'Int8Array Map Object RangeError ReferenceError RegExp Set SyntaxError TextDecoder TextEncoder TypeError URIError URL URLSearchParams ' +
    'Uint16Array Uint32Array Uint8Array Uint8ClampedArray WeakMap WeakSet'
  ).split(' '),
);

/** Constructors that copy what a literal list holds. */
export const COLLECTIONS = new Set([
  'Map',
  'Set',
  'WeakMap',
  'WeakSet',
  'Array',
  'Float64Array',
  'Int32Array',
  'Uint8Array',
]);

/** Functions of primitive values, by the object that has them; '' for those without. Their results are primitive values too. */
export const INERT_FUNCTIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  '': new Set(
    'BigInt Boolean Number String parseFloat parseInt isNaN isFinite encodeURIComponent decodeURIComponent'.split(' '),
  ),
  Math: new Set(
    (
      'abs acos acosh asin asinh atan atan2 atanh cbrt ceil clz32 cos cosh exp expm1 floor fround hypot imul log log10 log1p log2 max ' +
      'min pow round sign sin sinh sqrt tan tanh trunc'
    ).split(' '),
  ),
  Number: new Set('isFinite isInteger isNaN isSafeInteger parseFloat parseInt'.split(' ')),
  String: new Set('fromCharCode fromCodePoint'.split(' ')),
  Date: new Set(['UTC']),
};

/** Members of the language's own objects that never change: `Math.PI`, `Number.MAX_SAFE_INTEGER`. */
export const CONSTANT_OWNERS = new Set(['Math', 'Number', 'Symbol', 'Intl']);

/** Of strings and numbers: what they answer depends on them and on primitive arguments alone. */
export const INERT_METHODS = new Set(
  (
    'at charAt charCodeAt codePointAt concat endsWith includes indexOf lastIndexOf normalize padEnd padStart repeat slice startsWith ' +
    'substring toLowerCase toUpperCase trim trimEnd trimStart toFixed toPrecision split'
  ).split(' '),
);

/** Methods that make a list of what is primitive: their result is fresh, and no primitive value. */
export const LISTING_METHODS = new Set(['split']);

/** Of zod 4 (https://zod.dev/api): makers of schemas and their refinements. None of them runs what it is given. */
export const ZOD_MEMBERS = new Set(
  (
    'any array base64 base64url bigint boolean catch catchall check cidrv4 cidrv6 coerce cuid cuid2 custom date datetime default ' +
    'discriminatedUnion duration e164 element email emoji endsWith enum exclude extend extract file finite float32 float64 function gt ' +
    'gte guid hash hex hostname includes instanceof int int32 intersection ipv4 ipv6 iso json jwt keyof ksuid lazy length literal ' +
    'looseObject loose lowercase lt lte map max maxLength min minLength multipleOf nan nanoid negative never nonempty nonnegative ' +
    'nonoptional nonpositive normalize null nullable nullish number object omit optional options overwrite partial partialRecord ' +
    'passthrough pick pipe positive preprocess promise prefault readonly record refine regex required rest safe set shape size brand describe meta ' +
    'startsWith step strict strictObject strictRecord string stringbool stringFormat strip superRefine symbol templateLiteral time ' +
    'toLowerCase toUpperCase transform trim tuple uint32 uint64 ulid undefined union unknown unwrap uppercase url uuid uuidv4 uuidv6 ' +
    'uuidv7 value void xid'
  ).split(' '),
);
