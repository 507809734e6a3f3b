import java.util.Iterator;
import org.apache.beam.sdk.nexmark.NexmarkConfiguration;
import org.apache.beam.sdk.nexmark.model.Auction;
import org.apache.beam.sdk.nexmark.model.Bid;
import org.apache.beam.sdk.nexmark.model.Event;
import org.apache.beam.sdk.nexmark.model.Person;
import org.apache.beam.sdk.nexmark.sources.generator.Generator;
import org.apache.beam.sdk.nexmark.sources.generator.GeneratorConfig;

/** Prints so many events of the Nexmark generator, one JSON object a line. */
public final class NexmarkEvents {
  public static void main(String[] arguments) {
    long count = Long.parseLong(arguments[0]);
    long base = 1767261600000L; // 2026-01-01T10:00:00Z
    GeneratorConfig config = new GeneratorConfig(NexmarkConfiguration.DEFAULT, base, 0, count, 0);
    Generator generator = new Generator(config);
    while (generator.hasNext()) {
      System.out.println(json(generator.next().getValue()));
    }
  }

  private static String json(Event event) {
    if (event.newPerson != null) {
      Person p = event.newPerson;
      return String.format("{\"person\":{\"id\":%d,\"name\":\"%s\",\"city\":\"%s\",\"state\":\"%s\",\"at\":\"%s\"}}", p.id, p.name, p.city, p.state, p.dateTime);
    }
    if (event.newAuction != null) {
      Auction a = event.newAuction;
      return String.format("{\"auction\":{\"id\":%d,\"seller\":%d,\"category\":%d,\"reserve\":%d,\"at\":\"%s\",\"expires\":\"%s\"}}", a.id, a.seller, a.category, a.reserve, a.dateTime, a.expires);
    }
    Bid b = event.bid;
    return String.format("{\"bid\":{\"auction\":%d,\"bidder\":%d,\"price\":%d,\"at\":\"%s\"}}", b.auction, b.bidder, b.price, b.dateTime);
  }
}
