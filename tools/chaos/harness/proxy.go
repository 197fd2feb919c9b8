package harness

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// Way is how a proxy treats what passes it.
type Way int

// The ways of a proxy.
const (
	Pass Way = iota
	Cut      // connections are broken, and none are taken
	Hole     // connections are taken, and nothing passes in either direction
)

// Proxy stands between two programs and makes the network between them bad.
type Proxy struct {
	Addr string

	ln    net.Listener
	mu    sync.Mutex
	to    []string // tried in turns
	next  int
	way   Way
	delay time.Duration // of each piece that passes
	turn  chan struct{} // closed when the way changes
	conns map[net.Conn]struct{}
	done  sync.WaitGroup
}

// NewProxy listens on a port of loopback and passes connections on to the first of
// some addresses, beginning with another each time, that takes them.
func NewProxy(ctx context.Context, to ...string) (*Proxy, error) {
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{Addr: ln.Addr().String(), ln: ln, to: to, turn: make(chan struct{}), conns: map[net.Conn]struct{}{}}
	p.done.Go(p.accept)
	return p, nil
}

// Set changes what the proxy does, from now on, to open connections too.
func (p *Proxy) Set(w Way, delay time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.way, p.delay = w, delay
	close(p.turn)
	p.turn = make(chan struct{})
	if w == Cut {
		p.breakAll()
	}
}

// To has new connections go elsewhere, and breaks those that there are.
func (p *Proxy) To(to ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.to = to
	p.breakAll()
}

func (p *Proxy) breakAll() {
	for c := range p.conns {
		_ = c.Close()
	}
}

// Close ends the proxy and what passes it.
func (p *Proxy) Close() {
	_ = p.ln.Close()
	p.mu.Lock()
	p.way = Cut
	close(p.turn)
	p.turn = make(chan struct{})
	p.breakAll()
	p.mu.Unlock()
	p.done.Wait()
}

func (p *Proxy) accept() {
	for {
		in, err := p.ln.Accept()
		if err != nil {
			return
		}
		p.done.Go(func() { p.serve(in) })
	}
}

func (p *Proxy) serve(in net.Conn) {
	defer func() { _ = in.Close() }()
	out := p.dial()
	if out == nil {
		return
	}
	defer func() { _ = out.Close() }()
	p.mu.Lock()
	cut := p.way == Cut
	p.conns[in], p.conns[out] = struct{}{}, struct{}{}
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		delete(p.conns, in)
		delete(p.conns, out)
		p.mu.Unlock()
	}()
	if cut {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { p.pass(out, in) })
	both.Go(func() { p.pass(in, out) })
	both.Wait()
}

func (p *Proxy) dial() net.Conn {
	p.mu.Lock()
	to, first := p.to, p.next
	p.next++
	p.mu.Unlock()
	for i := range to {
		if c, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(context.Background(), "tcp", to[(first+i)%len(to)]); err == nil {
			return c
		}
	}
	return nil
}

// pass moves what comes from one side to the other until one of them ends.
func (p *Proxy) pass(to, from net.Conn) {
	defer func() {
		_ = to.Close()
		_ = from.Close()
	}()
	piece := make([]byte, 64<<10)
	for {
		n, err := from.Read(piece)
		if n > 0 && (!p.admit() || write(to, piece[:n]) != nil) {
			return
		}
		if err != nil {
			return
		}
	}
}

func write(to io.Writer, piece []byte) error {
	_, err := to.Write(piece)
	return err
}

// admit waits until a piece may pass, and reports whether it may.
func (p *Proxy) admit() bool {
	for {
		p.mu.Lock()
		way, delay, turn := p.way, p.delay, p.turn
		p.mu.Unlock()
		if way == Cut {
			return false
		}
		if way == Hole {
			<-turn
			continue
		}
		if delay > 0 {
			time.Sleep(delay)
		}
		return true
	}
}
