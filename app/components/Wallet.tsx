'use client';

import { useRef } from 'react';
import { useConnect, useConnection, useConnectors, useDisconnect, useSwitchChain } from 'wagmi';
import { useSite } from '../providers';
import { Address } from './Address';

const button = 'min-h-9 rounded-lg border border-line px-3 text-sm hover:border-teal';

/** Connect, see who is connected, switch to this network's chain, disconnect. Reading needs none of it. */
export function Wallet() {
  const site = useSite();
  const connection = useConnection();
  const disconnect = useDisconnect();
  const switchChain = useSwitchChain();
  const dialog = useRef<HTMLDialogElement>(null);

  if (connection.status !== 'connected') {
    return (
      <>
        <button
          type="button"
          className="min-h-9 rounded-lg bg-teal px-4 font-medium text-sm text-teal-ink"
          onClick={() => dialog.current?.showModal()}
        >
          Connect a wallet
        </button>
        <dialog
          ref={dialog}
          aria-labelledby="wallets"
          className="m-auto w-[min(26rem,calc(100vw-2rem))] rounded-card border border-line bg-raised p-6 text-ink backdrop:bg-black/40"
        >
          <Choices close={() => dialog.current?.close()} />
        </dialog>
      </>
    );
  }
  const elsewhere = connection.chainId !== site.deployment.chainId;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {elsewhere && (
        <button
          type="button"
          className={`${button} border-amber text-amber`}
          onClick={() => switchChain.mutate({ chainId: site.deployment.chainId })}
        >
          Switch to {site.chainName}
        </button>
      )}
      <span className="flex min-h-9 items-center rounded-lg border border-line px-3 text-sm" data-testid="account">
        <Address value={connection.address} />
      </span>
      <button type="button" className={button} onClick={() => disconnect.mutate({})}>
        Disconnect
      </button>
    </div>
  );
}

function Choices({ close }: { readonly close: () => void }) {
  const connectors = useConnectors();
  const connect = useConnect();
  return (
    <>
      <h2 id="wallets" className="mb-1 font-semibold text-lg">
        Choose a wallet
      </h2>
      <p className="mb-4 text-quiet text-sm">It pays for grants and stakes. Opening a file needs none.</p>
      {connectors.length === 0 && (
        <p className="mb-4 text-sm">
          No wallet has announced itself in this browser. Install one, then reload this page.
        </p>
      )}
      <ul className="mb-4 flex flex-col gap-2">
        {connectors.map((connector) => (
          <li key={connector.uid}>
            <button
              type="button"
              className="flex min-h-12 w-full items-center gap-3 rounded-lg border border-line px-4 text-left hover:border-teal"
              onClick={() => connect.mutate({ connector }, { onSuccess: close })}
            >
              {connector.icon?.startsWith('data:image/') && <img src={connector.icon} alt="" width={24} height={24} />}
              {connector.name}
            </button>
          </li>
        ))}
      </ul>
      {connect.error !== null && (
        <p role="alert" className="mb-4 text-amber text-sm">
          {connect.error.name === 'UserRejectedRequestError'
            ? 'The wallet was not connected.'
            : `The wallet answered: ${connect.error.message.split('\n')[0]}`}
        </p>
      )}
      <button type="button" className={button} onClick={close}>
        Not now
      </button>
    </>
  );
}
