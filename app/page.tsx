import { Network } from './components/Network';

/** The front page: the network as the chain tells it. */
export default function Home() {
  return <Network />;
}
