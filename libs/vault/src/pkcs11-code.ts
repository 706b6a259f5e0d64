/** Return values of a module by their numbers; the names are what operators look for in its manual. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'CKR_OK'],
  [0x02, 'CKR_HOST_MEMORY'],
  [0x03, 'CKR_SLOT_ID_INVALID'],
  [0x05, 'CKR_GENERAL_ERROR'],
  [0x06, 'CKR_FUNCTION_FAILED'],
  [0x07, 'CKR_ARGUMENTS_BAD'],
  [0x0a, 'CKR_CANT_LOCK'],
  [0x11, 'CKR_ATTRIBUTE_SENSITIVE'],
  [0x12, 'CKR_ATTRIBUTE_TYPE_INVALID'],
  [0x1b, 'CKR_ACTION_PROHIBITED'],
  [0x20, 'CKR_DATA_INVALID'],
  [0x21, 'CKR_DATA_LEN_RANGE'],
  [0x30, 'CKR_DEVICE_ERROR'],
  [0x31, 'CKR_DEVICE_MEMORY'],
  [0x32, 'CKR_DEVICE_REMOVED'],
  [0x40, 'CKR_ENCRYPTED_DATA_INVALID'],
  [0x41, 'CKR_ENCRYPTED_DATA_LEN_RANGE'],
  [0x42, 'CKR_AEAD_DECRYPT_FAILED'],
  [0x54, 'CKR_FUNCTION_NOT_SUPPORTED'],
  [0x60, 'CKR_KEY_HANDLE_INVALID'],
  [0x62, 'CKR_KEY_SIZE_RANGE'],
  [0x63, 'CKR_KEY_TYPE_INCONSISTENT'],
  [0x68, 'CKR_KEY_FUNCTION_NOT_PERMITTED'],
  [0x70, 'CKR_MECHANISM_INVALID'],
  [0x71, 'CKR_MECHANISM_PARAM_INVALID'],
  [0x82, 'CKR_OBJECT_HANDLE_INVALID'],
  [0x90, 'CKR_OPERATION_ACTIVE'],
  [0x91, 'CKR_OPERATION_NOT_INITIALIZED'],
  [0xa0, 'CKR_PIN_INCORRECT'],
  [0xa1, 'CKR_PIN_INVALID'],
  [0xa2, 'CKR_PIN_LEN_RANGE'],
  [0xa3, 'CKR_PIN_EXPIRED'],
  [0xa4, 'CKR_PIN_LOCKED'],
  [0xb0, 'CKR_SESSION_CLOSED'],
  [0xb1, 'CKR_SESSION_COUNT'],
  [0xb3, 'CKR_SESSION_HANDLE_INVALID'],
  [0xc0, 'CKR_SIGNATURE_INVALID'],
  [0xe0, 'CKR_TOKEN_NOT_PRESENT'],
  [0xe1, 'CKR_TOKEN_NOT_RECOGNIZED'],
  [0x100, 'CKR_USER_ALREADY_LOGGED_IN'],
  [0x101, 'CKR_USER_NOT_LOGGED_IN'],
  [0x102, 'CKR_USER_PIN_NOT_INITIALIZED'],
  [0x103, 'CKR_USER_TYPE_INVALID'],
  [0x104, 'CKR_USER_ANOTHER_ALREADY_LOGGED_IN'],
  [0x150, 'CKR_BUFFER_TOO_SMALL'],
  [0x190, 'CKR_CRYPTOKI_NOT_INITIALIZED'],
  [0x191, 'CKR_CRYPTOKI_ALREADY_INITIALIZED'],
  [0x200, 'CKR_FUNCTION_REJECTED'],
]);
const numbers = new Map([...NAMES].map(([number, name]) => [name, number]));
const setOf = (...names: string[]): ReadonlySet<number> => new Set(names.map(codeOf));

/** The session, the login, the handle or the device is gone: whoever opens anew may find it again. */
const LOST = setOf(
  ...['CKR_SESSION_HANDLE_INVALID', 'CKR_SESSION_CLOSED', 'CKR_USER_NOT_LOGGED_IN', 'CKR_KEY_HANDLE_INVALID', 'CKR_OBJECT_HANDLE_INVALID'],
  ...['CKR_DEVICE_REMOVED', 'CKR_DEVICE_ERROR', 'CKR_TOKEN_NOT_PRESENT', 'CKR_TOKEN_NOT_RECOGNIZED', 'CKR_SLOT_ID_INVALID'],
  ...['CKR_CRYPTOKI_NOT_INITIALIZED', 'CKR_OPERATION_ACTIVE', 'CKR_GENERAL_ERROR', 'CKR_FUNCTION_FAILED'],
);
/** This user may not, or not with this PIN. */
const DENIED = setOf(
  ...['CKR_PIN_INCORRECT', 'CKR_PIN_INVALID', 'CKR_PIN_LEN_RANGE', 'CKR_PIN_EXPIRED', 'CKR_PIN_LOCKED', 'CKR_USER_PIN_NOT_INITIALIZED'],
  ...[
    'CKR_USER_TYPE_INVALID',
    'CKR_USER_NOT_LOGGED_IN',
    'CKR_KEY_FUNCTION_NOT_PERMITTED',
    'CKR_ACTION_PROHIBITED',
    'CKR_FUNCTION_REJECTED',
  ],
);
/** The module, or its policy, has no AES-GCM of this kind for this key. */
const UNSUPPORTED = setOf(
  ...['CKR_MECHANISM_INVALID', 'CKR_MECHANISM_PARAM_INVALID', 'CKR_KEY_TYPE_INCONSISTENT', 'CKR_KEY_SIZE_RANGE', 'CKR_CANT_LOCK'],
  'CKR_FUNCTION_NOT_SUPPORTED',
);
/** These bytes are not what the key encrypted. Not all modules say so: some answer CKR_GENERAL_ERROR. */
const NOT_OURS = setOf(
  ...['CKR_ENCRYPTED_DATA_INVALID', 'CKR_ENCRYPTED_DATA_LEN_RANGE', 'CKR_AEAD_DECRYPT_FAILED', 'CKR_DATA_INVALID', 'CKR_DATA_LEN_RANGE'],
  'CKR_SIGNATURE_INVALID',
);

/** A call that the module refused: what was called and what it answered, nothing of what was passed. */
export class Pkcs11Failure extends Error {
  constructor(
    readonly called: string,
    readonly code: number,
    words?: string,
  ) {
    super(words ?? `${called} answered ${NAMES.get(code) ?? `0x${code.toString(16)}`}`);
  }

  /** Whether opening anew may help. */
  get lost(): boolean {
    return LOST.has(this.code);
  }

  get denied(): boolean {
    return DENIED.has(this.code);
  }

  get unsupported(): boolean {
    return UNSUPPORTED.has(this.code);
  }

  get notOurs(): boolean {
    return NOT_OURS.has(this.code);
  }
}

/** @throws Error for a name that is not in the list, at load time. */
export function codeOf(name: string): number {
  const number = numbers.get(name);
  if (number === undefined) throw new Error(`${name} is no return value`);
  return number;
}
