import Link from 'next/link';
import { Address } from '../components/Address';
import { Identicon } from '../components/Identicon';
import { nickname } from '../components/nickname';

/** A node as people speak of it, leading to its page. */
export function NodeLink({ address }: { readonly address: string }) {
  return (
    <Link
      href={`/network/node?at=${address}`}
      className="inline-block min-h-6 whitespace-nowrap underline decoration-line underline-offset-4 hover:decoration-teal"
    >
      <span className="mr-2 inline-block align-[-0.3em]">
        <Identicon value={address} size={20} />
      </span>
      {nickname(address)}
    </Link>
  );
}

/** A policy by the beginning of its id, leading to its page. */
export function PolicyLink({ id }: { readonly id: string }) {
  return (
    <Link
      href={`/network/policies?id=${id}`}
      className="inline-block min-h-6 underline decoration-line underline-offset-4 hover:decoration-teal"
    >
      <Address value={id} />
    </Link>
  );
}
