import type { TSchema } from 'typebox';
import type { TLocalizedValidationError } from 'typebox/error';
import { Username } from '../../contract/account.ts';
import type { Problem } from '../../contract/api.ts';
import { ID_PATTERN } from '../../contract/ids.ts';
import { MetricKey } from '../../contract/metrics.ts';

type FieldErrors = NonNullable<Problem['errors']>;

/** What a pattern means to a person. */
const PATTERN_WORDS = new Map<unknown, string>([
  [ID_PATTERN, 'must be lower-case letters, digits, "_" and "-", at most 63, beginning with a letter or digit'],
  [
    patternOf(Username),
    'must be 2 to 32 lower-case letters, digits, ".", "_" and "-", beginning with a letter or digit',
  ],
  [patternOf(MetricKey), 'must be a metric such as water_temperature, or metric.channel'],
]);

/** Names each field that is wrong and says what would be right. */
export function fieldErrors(errors: readonly TLocalizedValidationError[], part: string): FieldErrors {
  const found = errors.flatMap((error) => words(error, part));
  return found.length > 0 ? found.slice(0, 20) : [{ field: part, message: 'is not accepted' }];
}

function words(error: TLocalizedValidationError, part: string): FieldErrors {
  const path = error.instancePath.slice(1).replaceAll('/', '.');
  const field = path === '' ? part : cut(path);
  const one = (message: string): FieldErrors => [{ field, message }];
  switch (error.keyword) {
    case 'required':
      return error.params.requiredProperties.map((name) => ({ field: inside(path, name), message: 'is missing' }));
    case 'additionalProperties':
      return error.params.additionalProperties.map((name) => ({
        field: inside(path, cut(name)),
        message: 'is no field of this request: leave it out',
      }));
    case 'boolean':
      // Said once more by `additionalProperties`.
      return [];
    case 'type':
      return one(`must be of type ${[error.params.type].flat().join(' or ')}`);
    case 'pattern':
      return one(PATTERN_WORDS.get(error.params.pattern) ?? 'is not of the right form');
    case 'minLength':
      return one(`must have at least ${error.params.limit} characters`);
    case 'maxLength':
      return one(`must have at most ${error.params.limit} characters`);
    case 'minimum':
    case 'maximum':
      return one(`must be ${error.params.comparison} ${error.params.limit}`);
    case 'enum':
      return one(`must be one of ${error.params.allowedValues.join(', ')}`);
    default:
      return one(error.message);
  }
}

function inside(path: string, name: string): string {
  return path === '' ? name : `${cut(path)}.${name}`;
}

function cut(name: string): string {
  return name.slice(0, 80);
}

function patternOf(schema: TSchema): unknown {
  return 'pattern' in schema ? schema.pattern : undefined;
}
