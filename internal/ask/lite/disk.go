package lite

import (
	"fmt"
	"sync"
	"unsafe"

	"modernc.org/libc"
	lib "modernc.org/sqlite/lib"
)

// disk is the operating system's files as SQLite knows them, of which no more
// bytes are written than are granted. It is a copy of SQLite's own file system in
// which opening, writing and closing are ours.
type disk struct {
	vfs  uintptr
	name uintptr
	base uintptr // the file system that it is a copy of

	most, used int64
	ends       map[uintptr]int64 // of open files
	// methods are copies of what the files' own functions are, by the originals.
	methods map[uintptr]uintptr

	// Go's functions that SQLite holds pointers to.
	openFn  func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32
	writeFn func(*libc.TLS, uintptr, uintptr, int32, int64) int32
	closeFn func(*libc.TLS, uintptr) int32
}

// What SQLite's own functions are like.
type (
	openFile  = func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32
	writeFile = func(*libc.TLS, uintptr, uintptr, int32, int64) int32
	closeFile = func(*libc.TLS, uintptr) int32
)

// function is the way back of [pointer].
func function[F any](p uintptr) F {
	return *(*F)(unsafe.Pointer(&p)) //nolint:gosec // p came from SQLite, whose functions are Go's
}

func newDisk(tls *libc.TLS, most int64) (*disk, error) {
	if rc := lib.Xsqlite3_initialize(tls); rc != lib.SQLITE_OK {
		return nil, fmt.Errorf("begin with SQLite: code %d", rc)
	}
	base := lib.Xsqlite3_vfs_find(tls, 0)
	if base == 0 {
		return nil, fmt.Errorf("SQLite knows no files here")
	}
	var v lib.Tsqlite3_vfs
	s := &disk{base: base, most: most, ends: map[uintptr]int64{}, methods: map[uintptr]uintptr{}}
	s.vfs = duplicate(tls, base, unsafe.Sizeof(v))
	var err error
	if s.name, err = libc.CString(fmt.Sprintf("bounded-%x", s.vfs)); err != nil {
		return nil, err
	}
	s.openFn, s.writeFn, s.closeFn = s.open, s.write, s.shut
	libc.AtomicStorePUintptr(s.vfs+unsafe.Offsetof(v.FpNext), 0)
	libc.AtomicStorePUintptr(s.vfs+unsafe.Offsetof(v.FzName), s.name)
	libc.AtomicStorePUintptr(s.vfs+unsafe.Offsetof(v.FxOpen), pointer(s.openFn))
	if rc := lib.Xsqlite3_vfs_register(tls, s.vfs, 0); rc != lib.SQLITE_OK {
		return nil, fmt.Errorf("tell SQLite of bounded files: code %d", rc)
	}
	return s, nil
}

// duplicate copies a struct of SQLite's, word by word.
func duplicate(tls *libc.TLS, from, size uintptr) uintptr {
	to := allocate(libc.Xcalloc, tls, size)
	for at := uintptr(0); at < size; at += wordSize {
		libc.AtomicStorePUintptr(to+at, libc.AtomicLoadPUintptr(from+at))
	}
	return to
}

func (s *disk) close(tls *libc.TLS) {
	lib.Xsqlite3_vfs_unregister(tls, s.vfs)
	for _, m := range s.methods {
		libc.Xfree(tls, m)
	}
	libc.Xfree(tls, s.name)
	libc.Xfree(tls, s.vfs)
}

func (s *disk) open(tls *libc.TLS, _, name, file uintptr, flags int32, out uintptr) int32 {
	var v lib.Tsqlite3_vfs
	open := function[openFile](libc.AtomicLoadPUintptr(s.base + unsafe.Offsetof(v.FxOpen)))
	rc := open(tls, s.base, name, file, flags, out)
	if original := libc.AtomicLoadPUintptr(file); original != 0 && rc == lib.SQLITE_OK {
		libc.AtomicStorePUintptr(file, s.bounded(tls, original)) // the first field of a file is its functions
		s.ends[file] = 0
	}
	return rc
}

// bounded returns a copy of a file's functions in which writing and closing are
// ours.
func (s *disk) bounded(tls *libc.TLS, original uintptr) uintptr {
	if m, ok := s.methods[original]; ok {
		return m
	}
	var of lib.Tsqlite3_io_methods
	m := duplicate(tls, original, unsafe.Sizeof(of))
	libc.AtomicStorePUintptr(m+unsafe.Offsetof(of.FxWrite), pointer(s.writeFn))
	libc.AtomicStorePUintptr(m+unsafe.Offsetof(of.FxClose), pointer(s.closeFn))
	s.methods[original] = m
	return m
}

// original returns the functions that a file had.
func (s *disk) original(file uintptr) uintptr {
	is := libc.AtomicLoadPUintptr(file)
	for original, m := range s.methods {
		if m == is {
			return original
		}
	}
	return is
}

func (s *disk) write(tls *libc.TLS, file, from uintptr, n int32, at int64) int32 {
	if grown := at + int64(n) - s.ends[file]; grown > 0 {
		if s.used+grown > s.most {
			return lib.SQLITE_FULL
		}
		s.used += grown
		s.ends[file] += grown
	}
	var of lib.Tsqlite3_io_methods
	return function[writeFile](libc.AtomicLoadPUintptr(s.original(file)+unsafe.Offsetof(of.FxWrite)))(tls, file, from, n, at)
}

func (s *disk) shut(tls *libc.TLS, file uintptr) int32 {
	s.used -= s.ends[file]
	delete(s.ends, file)
	var of lib.Tsqlite3_io_methods
	return function[closeFile](libc.AtomicLoadPUintptr(s.original(file)+unsafe.Offsetof(of.FxClose)))(tls, file)
}

// placed is whether it was said where files go: SQLite keeps that for the whole
// process.
var placed sync.Once

// KeepFilesIn has the files of all databases, which have no names and vanish with
// them, be in a folder rather than where everybody's temporary files are. The first
// word counts; a folder that is gone or cannot be written to is passed over.
func KeepFilesIn(dir string) error {
	var err error
	placed.Do(func() { lib.Xsqlite3_temp_directory, err = libc.CString(dir) })
	return err
}
