/** Field transforms, with the service's numeric rules: comments of DocumentTransform in write.proto. */
import { parseFieldPath, getField, setField } from './field-paths.ts';
import { invalidArgument } from './rpc-error.ts';
import type { Fields, FieldTransform, Value } from './schemas.ts';
import type { Numeric } from './values.ts';
import {
  doubleValue,
  integerValue,
  isNumeric,
  MAX_INTEGER,
  MIN_INTEGER,
  NULL_VALUE,
  numberOf,
  timestampOf,
  valueKey,
} from './values.ts';

/**
 * Changes the fields in place.
 * @param requestMicros commit time; the server value REQUEST_TIME has milliseconds only.
 * @returns `transform_results`, one for each transform.
 */
export function applyTransforms(fields: Fields, transforms: readonly FieldTransform[], requestMicros: number): Value[] {
  return transforms.map((transform) => {
    const path = parseFieldPath(transform.fieldPath);
    const value = transformed(transform, getField(fields, path), requestMicros);
    setField(fields, path, value);
    return value.valueType === 'arrayValue' ? NULL_VALUE : value;
  });
}

function transformed(transform: FieldTransform, current: Value | undefined, requestMicros: number): Value {
  switch (transform.transformType) {
    case 'setToServerValue': {
      if (transform.setToServerValue !== 'REQUEST_TIME')
        throw invalidArgument('The only server value is REQUEST_TIME.');
      return { valueType: 'timestampValue', timestampValue: timestampOf(requestMicros - (requestMicros % 1000)) };
    }
    case 'increment':
      return add(current, numeric(transform.increment, 'increment'));
    case 'maximum':
      return extreme(current, numeric(transform.maximum, 'maximum'), 1);
    case 'minimum':
      return extreme(current, numeric(transform.minimum, 'minimum'), -1);
    case 'appendMissingElements':
      return array(append(elements(current), transform.appendMissingElements?.values ?? []));
    case 'removeAllFromArray':
      return array(remove(elements(current), transform.removeAllFromArray?.values ?? []));
    case undefined:
      throw invalidArgument(`The transform of field "${transform.fieldPath ?? ''}" has no type.`);
    default:
      return transform.transformType satisfies never;
  }
}

function numeric(value: Value | undefined, what: string): Numeric {
  if (!isNumeric(value)) throw invalidArgument(`The operand of ${what} must be an integer or a double.`);
  return value;
}

/** Integers saturate; one double makes the sum a double. A field that is no number becomes the operand. */
function add(current: Value | undefined, operand: Numeric): Value {
  if (!isNumeric(current)) return operand;
  if (current.valueType === 'integerValue' && operand.valueType === 'integerValue') {
    const sum = BigInt(current.integerValue) + BigInt(operand.integerValue);
    return integerValue(sum > MAX_INTEGER ? MAX_INTEGER : sum < MIN_INTEGER ? MIN_INTEGER : sum);
  }
  return doubleValue(numberOf(current) + numberOf(operand));
}

/** NaN wins over all numbers; equal numbers of different types leave the field as it is. */
function extreme(current: Value | undefined, operand: Numeric, sign: 1 | -1): Value {
  if (!isNumeric(current) || Number.isNaN(numberOf(operand))) return operand;
  if (Number.isNaN(numberOf(current))) return current;
  const [a, b] = [valueKey(current), valueKey(operand)];
  return a !== b && a < b === (sign === 1) ? operand : current;
}

const array = (values: Value[]): Value => ({ valueType: 'arrayValue', arrayValue: { values } });

const elements = (value: Value | undefined): Value[] =>
  value?.valueType === 'arrayValue' ? (value.arrayValue.values ?? []) : [];

function append(before: readonly Value[], operands: readonly Value[]): Value[] {
  const present = new Set(before.map(valueKey));
  const missing = operands.filter((value) => {
    const size = present.size;
    return present.add(valueKey(value)).size > size;
  });
  return [...before, ...missing];
}

function remove(before: readonly Value[], operands: readonly Value[]): Value[] {
  const unwanted = new Set(operands.map(valueKey));
  return before.filter((value) => !unwanted.has(valueKey(value)));
}
