/** The head of the usual lists of leaked passwords, of those with at least 12 characters. */
const COMMON = new Set([
  '123456789012',
  '1234567890123',
  '12345678901234',
  '123456789123',
  '123456123456',
  '123123123123',
  '1234567890ab',
  '1q2w3e4r5t6y',
  '1qaz2wsx3edc',
  'qwertyuiop12',
  'qwertyuiop123',
  'qwertyuiopas',
  'qwerty123456',
  'qazwsxedcrfv',
  'asdfghjkl123',
  'abc123456789',
  'abcdefghijkl',
  'abcd12345678',
  'a12345678901',
  'aa1234567890',
  'password1234',
  'password12345',
  'password123456',
  'passwordpassword',
  'admin1234567',
  'admin12345678',
  'admin123456789',
  'administrator',
  'administrator1',
  'changeme1234',
  'iloveyou1234',
  'welcome12345',
  'letmein12345',
  'woaini520520',
  'woaini1314520',
  'facilitywatch',
  'facility-watch',
  'facility watch',
]);

/**
 * What is wrong with a chosen password beyond its length (NIST SP 800-63B, 3.1.1.2: a blocklist, no rules of
 * composition); null when nothing is.
 */
export function passwordWeakness(password: string, username: string): string | null {
  const plain = password.normalize('NFKC').toLowerCase().trim();
  if (COMMON.has(plain)) return 'is one of the passwords that are tried first: choose another';
  if (new Set(plain).size <= 2) return 'is made of one or two characters only: choose another';
  const rest = plain.replaceAll(username.toLowerCase(), '');
  if (rest.length < plain.length && /^[0-9!.\-_@#]{0,8}$/.test(rest)) {
    return 'is little more than the user name: choose another';
  }
  return null;
}
