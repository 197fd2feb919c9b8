package okta

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	base36 = "0123456789abcdefghijklmnopqrstuvwxyz"
	base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// ids makes the identifiers of an org, the same ones for the same seed and
// the same order of calls. It is safe for concurrent use.
type ids struct {
	mu    sync.Mutex
	rand  *rand.Rand
	count uint64
	cell  string // the last three characters of every id of an org
}

func newIDs(seed uint64) *ids {
	r := rand.New(rand.NewPCG(seed, 0x6f6b7461)) //nolint:gosec // identifiers of a simulation, repeatable on purpose
	s := &ids{rand: r, count: 36 * 36 * 36 * 36 * 36 * 36 * 20}
	s.cell = string(base36[1+r.IntN(9)]) + string(base36[10+r.IntN(26)]) + "7"
	return s
}

// next returns an id of 20 characters: the prefix of its kind, a part that
// grows with every call, so that ids sort by age, and a random part.
func (s *ids) next(prefix string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count += 1 + s.rand.Uint64N(40)
	var grown [7]byte
	for i, n := len(grown)-1, s.count; i >= 0; i, n = i-1, n/36 {
		grown[i] = base36[n%36]
	}
	return prefix + string(grown[:]) + s.letters(20-len(prefix)-len(grown)-len(s.cell)) + s.cell
}

// letters returns n random letters and digits. The caller holds the lock.
func (s *ids) letters(n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = base62[s.rand.IntN(len(base62))]
	}
	return string(b)
}

// secret returns n random letters and digits.
func (s *ids) secret(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.letters(n)
}

// bytes returns n random bytes.
func (s *ids) bytes(n int) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(s.rand.UintN(256)) //nolint:gosec // below 256
	}
	return b
}

// uuid returns a random UUID.
func (s *ids) uuid() string { return uuidOf(s.bytes(16)) }

// gregorian is the epoch of UUIDs of version 1 (RFC 9562 section 5.1), in steps of
// 100 ns before 1970.
const gregorian = 0x01b21dd213814000

// event returns the UUID of a log event: of version 1, as Okta's are, made of the
// time and random bytes for the rest. An org that is started again, of the same
// seed, so has other events, which a server that kept the first must not take
// for those.
func (s *ids) event(at time.Time) string {
	ticks := uint64(at.UnixNano()/100) + gregorian
	b := s.bytes(16)
	binary.BigEndian.PutUint32(b, uint32(ticks))         //nolint:gosec // the lowest part
	binary.BigEndian.PutUint16(b[4:], uint16(ticks>>32)) //nolint:gosec // the middle part
	binary.BigEndian.PutUint16(b[6:], uint16(ticks>>48)&0x0fff|0x1000)
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// uuidOf makes a UUID of 16 bytes.
func uuidOf(b []byte) string {
	b = append([]byte(nil), b[:16]...)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// request returns an id of a request, which is also that of the transaction
// in the System Log.
func (s *ids) request() string { return hex.EncodeToString(s.bytes(16)) }

// errorID returns an id as error answers carry it.
func (s *ids) errorID() string { return "oae" + base64.RawURLEncoding.EncodeToString(s.bytes(16)) }

// session returns an external session id.
func (s *ids) session() string { return "idx" + base64.RawURLEncoding.EncodeToString(s.bytes(16)) }

// standardRoleID returns the id of an assignment of a targetable standard
// role: the same for every principal, as recorded (USER_ADMIN is
// KVJUKUS7IFCE2SKO).
func standardRoleID(roleType string) string {
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString([]byte(roleType))
}

// digest is what the org keeps of a secret.
func digest(secret string) [32]byte { return sha256.Sum256([]byte(secret)) }
