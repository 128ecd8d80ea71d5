import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { Id } from '../contract/ids.ts';
import { SimulationState } from './state.ts';

const strict = { additionalProperties: false };

/** What one simulated device signs in with. */
export const DeviceCredential = Type.Object(
  {
    device: Id,
    username: Type.String({ minLength: 1, maxLength: 200 }),
    clientId: Type.String({ minLength: 1, maxLength: 200 }),
    password: Type.String({ minLength: 1, maxLength: 200 }),
  },
  strict,
);
export type DeviceCredential = Static<typeof DeviceCredential>;

/** Where the demo's devices go on: the days before were told by another process. */
export const DemoHandover = Type.Object({ shift: Type.Integer(), from: SimulationState }, strict);
export type DemoHandover = Static<typeof DemoHandover>;

export const Credentials = Type.Object(
  { site: Id, devices: Type.Array(DeviceCredential, { minItems: 1 }), demo: Type.Optional(DemoHandover) },
  strict,
);
export type Credentials = Static<typeof Credentials>;

/** Credentials from JSON text. The error never repeats the text: it holds secrets. */
export function parseCredentials(text: string): Credentials {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new Error(
      'The credentials are no JSON: {"site":"…","devices":[{"device":"…","username":"…","clientId":"…","password":"…"}]}',
    );
  }
  if (!Check(Credentials, parsed)) {
    throw new Error('The credentials need a site and, for each device, device, username, clientId and password');
  }
  return parsed;
}
