// What CoreMark does in kind: a linked list is searched and sorted, a matrix worked on, a state machine scans numbers,
// and a CRC of all of it.
#include "bench.h"
struct node { struct node* next; int16_t key, data; };
static struct node nodes[200];
static uint16_t crc16(uint16_t crc, uint16_t data) {
  for (int i = 0; i < 16; ++i, data >>= 1) crc = (uint16_t)((crc ^ data) & 1 ? crc >> 1 ^ 0xA001 : crc >> 1);
  return crc;
}
static struct node* merge_sort(struct node* list, int n) {
  if (n < 2) {
    list->next = 0;
    return list;
  }
  struct node* right = list;
  for (int i = 0; i < n / 2; ++i) right = right->next;
  struct node *a = 0, *b = merge_sort(right, n - n / 2), head, *tail = &head;
  a = merge_sort(list, n / 2);
  while (a && b) {
    struct node** least = a->key <= b->key ? &a : &b;
    tail = tail->next = *least, *least = (*least)->next;
  }
  tail->next = a ? a : b;
  return head.next;
}
static int scan(const char* s) {
  enum { start, integer, decimal, exponent, bad } state = start;
  for (; *s && *s != ','; ++s) switch (state) {
      case start: state = *s >= '0' && *s <= '9' ? integer : *s == '-' || *s == '+' ? start : *s == '.' ? decimal : bad; break;
      case integer: state = *s == '.' ? decimal : *s >= '0' && *s <= '9' ? integer : bad; break;
      case decimal: state = *s == 'e' ? exponent : *s >= '0' && *s <= '9' ? decimal : bad; break;
      case exponent: state = *s >= '0' && *s <= '9' ? exponent : bad; break;
      case bad: break;
    }
  return state;
}
int main(void) {
  static int16_t m[20][20], o[20][20];
  static const char* const numbers[] = {"5012", "-874", "122.5e3", "T0.3e", "-110.700", "+0.64400", "35.54400e3", ".1234500", "-1e-5x"};
  uint16_t crc = 0;
  for (int round = 0; round < 800; ++round) {
    for (int i = 0; i < 200; ++i) nodes[i].next = i < 199 ? &nodes[i + 1] : 0, nodes[i].key = (int16_t)next_random(), nodes[i].data = (int16_t)i;
    struct node* list = merge_sort(nodes, 200);
    for (; list; list = list->next) crc = crc16(crc, (uint16_t)list->data);
    for (int i = 0; i < 400; ++i) m[0][i] = (int16_t)(crc + i);
    for (int i = 0; i < 20; ++i)
      for (int j = 0; j < 20; ++j) {
        int32_t s = 0;
        for (int k = 0; k < 20; ++k) s += m[i][k] * m[k][j];
        o[i][j] = (int16_t)(s >> 4);
      }
    for (int i = 0; i < 20; ++i) crc = crc16(crc, (uint16_t)o[i][i]);
    for (int i = 0; i < 90; ++i) crc = crc16(crc, (uint16_t)scan(numbers[i % 9]));
  }
  return finish(crc);
}
