/** The two ceremonies of WebAuthn, from and to JSON (W3C WebAuthn 3, 5.1.8 to 5.1.10), written out for older browsers. */
import { fromBase64url, toBase64url } from "./bytes";

interface Described {
  readonly id: string;
  readonly transports?: AuthenticatorTransport[];
}

export interface CreationJSON {
  readonly rp: PublicKeyCredentialRpEntity;
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly challenge: string;
  readonly pubKeyCredParams: PublicKeyCredentialParameters[];
  readonly timeout?: number;
  readonly excludeCredentials?: readonly Described[];
  readonly authenticatorSelection?: AuthenticatorSelectionCriteria;
  readonly attestation?: AttestationConveyancePreference;
}

export interface RequestJSON {
  readonly challenge: string;
  readonly rpId?: string;
  readonly timeout?: number;
  readonly allowCredentials?: readonly Described[];
  readonly userVerification?: UserVerificationRequirement;
}

/** Whether this browser knows passkeys at all; it does only over TLS, and at localhost. */
export function known(): boolean {
  return window.isSecureContext && "PublicKeyCredential" in window && "credentials" in navigator;
}

export async function create(options: CreationJSON): Promise<object> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...options,
    challenge: fromBase64url(options.challenge),
    user: { ...options.user, id: fromBase64url(options.user.id) },
    excludeCredentials: described(options.excludeCredentials),
  };
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    ...named(made),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      attestationObject: toBase64url(response.attestationObject),
      transports: response.getTransports?.() ?? [],
    },
  };
}

export interface Shown {
  readonly id: string;
  readonly response: {
    readonly clientDataJSON: string;
    readonly authenticatorData: string;
    readonly signature: string;
    readonly userHandle?: string;
  };
}

export async function get(options: RequestJSON): Promise<Shown> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...options,
    challenge: fromBase64url(options.challenge),
    allowCredentials: described(options.allowCredentials),
  };
  const shown = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const response = shown.response as AuthenticatorAssertionResponse;
  return {
    ...named(shown),
    response: {
      clientDataJSON: toBase64url(response.clientDataJSON),
      authenticatorData: toBase64url(response.authenticatorData),
      signature: toBase64url(response.signature),
      ...(response.userHandle ? { userHandle: toBase64url(response.userHandle) } : {}),
    },
  };
}

function described(held: readonly Described[] = []): PublicKeyCredentialDescriptor[] {
  return held.map((each) => ({ ...each, type: "public-key", id: fromBase64url(each.id) }));
}

function named(credential: PublicKeyCredential): { id: string; rawId: string; type: string; clientExtensionResults: object } {
  return {
    id: credential.id,
    rawId: toBase64url(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}
