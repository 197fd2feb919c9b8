package okta

import "sort"

// keyed is what an ordered set can hold.
type keyed interface{ key() string }

// ordered is a set that is kept in the order of its keys, as Okta's lists
// are. Ids grow with time, so that adding nearly always appends.
type ordered[T keyed] struct{ items []T }

// place returns where a key is, or where it would be.
func (s *ordered[T]) place(key string) (int, bool) {
	if n := len(s.items); n == 0 || s.items[n-1].key() < key {
		return n, false
	}
	i := sort.Search(len(s.items), func(i int) bool { return s.items[i].key() >= key })
	return i, i < len(s.items) && s.items[i].key() == key
}

// add puts an item in, and says whether it was new.
func (s *ordered[T]) add(item T) bool {
	i, ok := s.place(item.key())
	if ok {
		return false
	}
	var zero T
	s.items = append(s.items, zero)
	copy(s.items[i+1:], s.items[i:])
	s.items[i] = item
	return true
}

// remove takes the item with a key out, and says whether it was there.
func (s *ordered[T]) remove(key string) bool {
	i, ok := s.place(key)
	if ok {
		s.items = append(s.items[:i], s.items[i+1:]...)
	}
	return ok
}

// get returns the item with a key.
func (s *ordered[T]) get(key string) (T, bool) {
	i, ok := s.place(key)
	if !ok {
		var zero T
		return zero, false
	}
	return s.items[i], true
}

// has says whether an item with a key is in the set.
func (s *ordered[T]) has(key string) bool {
	_, ok := s.place(key)
	return ok
}

// after returns the items whose keys follow a cursor.
func (s *ordered[T]) after(cursor string) []T {
	return s.items[sort.Search(len(s.items), func(i int) bool { return s.items[i].key() > cursor }):]
}
